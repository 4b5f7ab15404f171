// What scripts add to pages that work without them. One small module for each thing; each finds its own elements.
import { keepForms } from "./saved-forms.js";
import { growGroups } from "./groups.js";
import { reviewKeys } from "./review.js";
import { spanKeys } from "./spans.js";
import { copyButtons, printButtons, player } from "./media.js";
import { uploadProgress } from "./upload.js";
import { nowButtons } from "./now.js";

for (const start of [keepForms, growGroups, reviewKeys, spanKeys, copyButtons, printButtons, player, uploadProgress, nowButtons]) start();

document.getElementById("error-summary")?.focus();

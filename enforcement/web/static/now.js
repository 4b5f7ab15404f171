// 现在 and 今天 beside a time: by the office's clock, which the page was given, never by the browser's own.
export function nowButtons() {
  const told = document.body.dataset.now;
  if (!told) return;
  const began = performance.now();
  for (const button of document.querySelectorAll("[data-now]")) if (button !== document.body) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-now]");
    if (!button) return;
    // Read as if it were UTC, so that the browser's zone cannot move it.
    const now = new Date(Date.parse(`${told}Z`) + performance.now() - began).toISOString();
    const field = button.parentElement.querySelector("input");
    field.value = now.slice(0, field.type === "date" ? 10 : field.step === "1" ? 19 : 16);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

// The disclosure desk by keyboard: J and K move, A accepts, R rejects, E words the replacement, N adds what is selected.
export function spanKeys() {
  const list = document.querySelector("[data-spans]");
  const original = document.querySelector("[data-original]");
  if (!list || !original) return;
  const rows = [...list.querySelectorAll("[data-span]")];
  const place = "mingjian-span";
  let at = -1;

  const go = (to) => {
    if (!rows.length) return;
    at = (to + rows.length) % rows.length;
    rows.forEach((row, index) => (index === at ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current")));
    rows[at].scrollIntoView({ block: "nearest" });
    rows[at].focus({ preventScroll: true });
    const mark = original.querySelector(`[data-span="${rows[at].dataset.span}"]`);
    if (mark) original.scrollTop = mark.offsetTop - original.offsetTop - original.clientHeight / 2;
  };

  const decide = (verdict) => {
    if (at < 0) return;
    sessionStorage.setItem(place, rows[Math.min(at + 1, rows.length - 1)].dataset.span);
    rows[at].querySelector(`button[value="${verdict}"]`).click();
  };

  const offset = (node, inside) => {
    const range = document.createRange();
    range.setStart(original, 0);
    range.setEnd(node, inside);
    return [...range.toString()].length;
  };

  const add = () => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed || !original.contains(selection.anchorNode) || !original.contains(selection.focusNode)) return;
    const range = selection.getRangeAt(0);
    const form = document.getElementById("new-span");
    form.elements.start.value = offset(range.startContainer, range.startOffset);
    form.elements.end.value = offset(range.endContainer, range.endOffset);
    form.elements.text.value = selection.toString();
    form.elements.category.focus();
  };
  document.getElementById("new-text")?.addEventListener("input", (event) => {
    event.target.form.elements.start.value = "";
    event.target.form.elements.end.value = "";
  });

  const keys = {
    j: () => go(at + 1), k: () => go(at - 1), a: () => decide("accept"), r: () => decide("reject"), n: add,
    e: () => { if (at >= 0) rows[at].querySelector('input[name="replacement"]').focus(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const act = keys[event.key.toLowerCase()];
    if (act) { event.preventDefault(); act(); }
  });
  const last = rows.findIndex((row) => row.dataset.span === sessionStorage.getItem(place));
  if (last >= 0) { sessionStorage.removeItem(place); go(last); }
}

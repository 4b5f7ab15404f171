// The review desk: 1 to 9 and 0 jump to a point; the button stays closed until every point has a finding, and says which lack one.
export function reviewKeys() {
  const points = [...document.querySelectorAll("[data-point]")];
  if (!points.length) return;
  const form = points[0].closest("form");
  const button = form.querySelector("[data-submit]");
  const said = form.querySelector("[data-lacking]");

  const look = () => {
    const lacking = points.filter((point) => !point.querySelector('[name$=".conclusion"]:checked')).map((point) => point.dataset.point);
    button.disabled = lacking.length > 0;
    said.textContent = lacking.length ? `第 ${lacking.join("、")} 项尚无结论，填写后方可出具意见。` : "";
  };

  form.addEventListener("change", look);
  look();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=radio]), textarea, select")) return;
    const point = /^[0-9]$/.test(event.key) && points[event.key === "0" ? 9 : event.key - 1];
    if (!point) return;
    event.preventDefault();
    point.scrollIntoView({ block: "start" });
    (point.querySelector('[name$=".conclusion"]:checked') ?? point.querySelector('[name$=".conclusion"]'))?.focus();
  });
}

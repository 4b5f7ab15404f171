// Small things of a recording's page: copying digests, printing, frame steps, the time on the spot.
export function copyButtons() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.lastChild.textContent = "已复制";
    });
  }
}

export function printButtons() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

const FRAME = 1 / 25;

export function player() {
  const video = document.querySelector("[data-player]");
  const row = document.querySelector("[data-player-row]");
  if (!video || !row) return;
  row.hidden = false;
  for (const button of row.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => { video.pause(); video.currentTime += Number(button.dataset.step) * FRAME; });
  }
  row.querySelector("[data-speed]").addEventListener("change", (event) => { video.playbackRate = Number(event.target.value); });
  const wall = row.querySelector("[data-wall]");
  const format = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "long", timeStyle: "medium" });
  video.addEventListener("timeupdate", () => {
    wall.textContent = `现场时间 ${format.format(new Date((Number(wall.dataset.started) + video.currentTime) * 1000))}`;
  });
}

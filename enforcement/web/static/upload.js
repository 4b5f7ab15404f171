// A recording is sent with its progress shown; without scripts the browser sends the same form.
import { token } from "./csrf.js";

export function uploadProgress() {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const bar = form.querySelector("[data-progress]");
  const said = form.querySelector("[data-progress-said]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action || location.href);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token());
    const button = form.querySelector(".btn-primary");
    button.disabled = true;
    bar.hidden = false;
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = (loaded / total) * 100;
      said.textContent = loaded < total ? `已上传 ${Math.round((loaded / total) * 100)}%` : "正在计算哈希值并存证……";
    });
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* not ours: said below */ }
      if (request.status === 200) { location.assign(answer.address); return; }
      button.disabled = false;
      said.textContent = answer.zh || "没有导入，请重试。";
    });
    request.addEventListener("error", () => { button.disabled = false; said.textContent = "网络中断，没有导入，请重试。"; });
    request.send(new FormData(form));
  });
}

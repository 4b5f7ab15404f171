// A recording is sent with its progress shown; without scripts the browser sends the same form.
import { token } from "./csrf.js";

export function uploadProgress() {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const bar = form.querySelector("[data-progress]");
  const said = form.querySelector("[data-progress-said]");

  const refused = (text) => {
    bar.hidden = true;
    said.className = "fault";
    said.textContent = text;
    said.scrollIntoView({ block: "nearest" });
  };

  // What must be filled in is asked for before hundreds of megabytes are on their way; the server asks again.
  const lacking = () => [...form.querySelectorAll(".field")].filter((field) => {
    if (!field.querySelector(".must")) return false;
    const inputs = [...field.querySelectorAll("input, select, textarea")];
    return !inputs.some((input) => (["checkbox", "radio"].includes(input.type) ? input.checked : input.value.trim()));
  });

  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const empty = lacking();
    if (empty.length) {
      const names = empty.map((field) => field.querySelector("label, legend").firstChild.textContent.trim());
      refused(`还没有填写：${names.join("、")}。`);
      empty[0].querySelector("input, select, textarea").focus();
      return;
    }
    said.className = "";
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
      refused(answer.zh || "没有导入，请重试。");
    });
    request.addEventListener("error", () => { button.disabled = false; refused("网络中断，没有导入，请重试。"); });
    request.send(new FormData(form));
  });
}

// What is typed is kept while it is typed, so that a session that ends loses nothing.
import { token } from "./csrf.js";

const WAIT = 1200;
const NOT_TYPED = new Set(["csrf_token", "version", "_do"]);
const HANDED_IN = "mingjian-handed-in";

// What was handed in stays in this tab until the next page says what became of it: where the session had ended on the way,
// the same person finds it in the form again; on every other page it is forgotten.
const handedIn = (form) => {
  const left = JSON.parse(sessionStorage.getItem(HANDED_IN) ?? "null");
  sessionStorage.removeItem(HANDED_IN);
  return form?.dataset.fresh && left?.form === form.dataset.savedForm && left?.who === document.body.dataset.who ? left.body : null;
};

export async function keepForms() {
  const form = document.querySelector("form[data-saved-form]");
  const left = handedIn(form);
  if (!form) return;
  const said = form.querySelector("[data-saved-form-said]");
  let timer = 0;
  let kept = "";
  let sent = false;

  const put = (pairs) => fetch(form.dataset.savedForm, {
    method: "PUT", body: new URLSearchParams(pairs), headers: { "X-CSRFToken": token() }, credentials: "same-origin", keepalive: String(pairs).length < 60000,
  });
  if (left && (await put(left).catch(() => null))?.ok) { location.reload(); return; }

  const body = () => {
    const pairs = [...new FormData(form)].filter(([name, value]) => !NOT_TYPED.has(name) && typeof value === "string");
    return new URLSearchParams(pairs);
  };

  const keep = async () => {
    const now = body();
    if (sent || now.toString() === kept) return; // kept after the act was done, it would come back into the next form
    said.classList.remove("form-lost");
    try {
      const answer = await put(now);
      if (answer.ok) {
        kept = now.toString();
        said.textContent = `已自动暂存 ${new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" })}`;
      } else if (answer.status === 401 || answer.status === 400) {
        said.innerHTML = "";
        const link = document.createElement("a");
        Object.assign(link, { href: "/sign-in", target: "_blank", textContent: "在新页面登录" });
        said.append("登录已失效，本页填写的内容仍在。请", link, "后回到本页提交。");
        said.classList.add("form-lost");
      }
    } catch {
      said.textContent = "网络中断，尚未暂存；内容仍在本页。";
      said.classList.add("form-lost");
    }
  };

  kept = body().toString();
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
    sessionStorage.setItem(HANDED_IN, JSON.stringify({ form: form.dataset.savedForm, who: document.body.dataset.who, body: body().toString() }));
  });
  addEventListener("pageshow", () => { sent = false; });
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, WAIT); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(); });
}

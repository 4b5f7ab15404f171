// Rows of a repeating group are added and taken away on the spot; without scripts the server does the same.
export function growGroups() {
  for (const group of document.querySelectorAll("[data-group]")) {
    const name = group.dataset.group;
    const rows = () => [...group.querySelectorAll(":scope > [data-row]")];

    const number = () => rows().forEach((row, index) => {
      row.querySelector("[data-number]").textContent = index + 1;
      row.querySelector("[data-remove]").value = `remove:${name}.${index}`;
      const renamed = (text) => text.replace(new RegExp(`^(f-)?${name}([.-])\\d+`), (_, id = "", dot) => `${id}${name}${dot}${index}`);
      for (const element of row.querySelectorAll("[name]")) if (element.name !== "_do") element.name = renamed(element.name);
      for (const element of row.querySelectorAll("[id]")) element.id = renamed(element.id);
      for (const element of row.querySelectorAll("[for]")) element.htmlFor = renamed(element.htmlFor);
      for (const element of row.querySelectorAll("[aria-describedby]")) {
        element.setAttribute("aria-describedby", element.getAttribute("aria-describedby").split(" ").map(renamed).join(" "));
      }
    });

    group.addEventListener("click", (event) => {
      const add = event.target.closest("[data-add]");
      const remove = event.target.closest("[data-remove]");
      if (add && rows().length) {
        event.preventDefault();
        const row = rows().at(-1).cloneNode(true);
        for (const input of row.querySelectorAll("input, textarea, select")) {
          if (input.type === "checkbox" || input.type === "radio") { input.checked = false; input.removeAttribute("checked"); } else input.value = "";
          input.removeAttribute("aria-invalid");
        }
        row.querySelectorAll(".fault").forEach((fault) => fault.remove());
        rows().at(-1).after(row);
        // Radio buttons share a name until they are numbered again: keep the old row's choice.
        const chosen = rows().map((one) => [...one.querySelectorAll("input[type=radio]:checked")]);
        number();
        chosen.flat().forEach((radio) => { radio.checked = true; });
        row.querySelector("input, textarea, select")?.focus();
      } else if (remove && rows().length > 1) {
        event.preventDefault();
        remove.closest("[data-row]").remove();
        number();
        group.closest("form").dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
  }
}

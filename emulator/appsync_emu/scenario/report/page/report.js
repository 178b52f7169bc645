"use strict";

// Copy buttons, hidden where there is no script.
for (const box of document.querySelectorAll(".copied")) {
  const [text, button] = [box.querySelector("pre"), box.querySelector("button")];
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.textContent = await copy(text) ? "Copied" : "Selected: press Ctrl+C";
    setTimeout(() => { button.textContent = words; }, 1600);
  });
}

/** Whether the text is in the clipboard; where that is refused, it is selected. */
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(element);
    return false;
  }
}

// A mark in a picture and its line in the table belong together.
const together = new Map();
for (const element of document.querySelectorAll("[data-row]")) {
  for (const row of element.dataset.row.split(" ")) {
    if (!together.has(row)) together.set(row, []);
    together.get(row).push(element);
  }
}

function light(event, on) {
  const element = event.target.closest?.("[data-row]");
  for (const row of element?.dataset.row.split(" ") ?? []) {
    for (const other of together.get(row)) other.classList.toggle("lit", on);
  }
}
document.addEventListener("pointerover", (event) => light(event, true));
document.addEventListener("pointerout", (event) => light(event, false));

// A link to a scenario that passed opens it.
function open() {
  const chosen = document.getElementById(location.hash.slice(1));
  if (chosen?.tagName === "DETAILS") chosen.open = true;
}
addEventListener("hashchange", open);
open();

// The small player that other pages show in a frame.

import { linkAt, Player } from "./player.js";
import { wanted } from "./time.js";

document.documentElement.classList.add("scripted");
const root = document.getElementById("player");
const chapters = [...document.querySelectorAll("li[data-start]")];
const player = new Player(root, chapters.map((item) => ({ start: Number(item.dataset.start), title: item.textContent })));
if (wanted(location) != null) player.seek(wanted(location));
const button = root.querySelector("[data-do=copy]");
button.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(linkAt(root, player.now));
    button.setAttribute("aria-label", "Link copied");
  } catch { open(linkAt(root, player.now), "_blank", "noopener"); }
});

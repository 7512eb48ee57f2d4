// What was begun and not heard to its end, on this device.

import { positions } from "./player.js";
import { clock } from "./time.js";

const section = document.getElementById("continue");
const begun = Object.values(positions()).reverse().slice(0, 3);
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
for (const { title, show, link, ms, of } of begun) {
  const about = make("p", { className: "about" });
  if (show && show !== title) about.append(make("span", {}, make("bdi", { textContent: show })));
  about.append(make("span", { textContent: `${clock(ms)} of ${clock(of)}` }));
  const anchor = make("a", { href: new URL(link, location).href }, make("bdi", { textContent: title }));
  section.querySelector("ul").append(make("li", { className: "card" }, make("div", {}, make("h3", {}, anchor), about)));
}
section.hidden = !begun.length;

// <portal-inbox device-url="…">: around the list of messages. Where this browser has the key of a link, the message can be
// opened from here, by the same questions as from its email.
import { toHex } from "./escrow-keys.js";
import { storageName } from "./portal-gate.js";
import { leaveWhenIdle } from "./portal-idle.js";
import { deviceKeyFrom, recall, tidy } from "./portal-ring.js";

if (globalThis.customElements) {
  customElements.define("portal-inbox", class extends HTMLElement {
    async connectedCallback() {
      leaveWhenIdle();
      if (!this.hasAttribute("device-url")) return;
      tidy(localStorage, Date.now());
      const deviceKey = await deviceKeyFrom(this.getAttribute("device-url"));
      if (deviceKey === null) return;
      for (const row of this.querySelectorAll("[data-item]")) await this.offer(row, deviceKey);
    }

    async offer(row, deviceKey) {
      const itemId = row.getAttribute("data-item");
      const linkKey = await recall(deviceKey, itemId, localStorage);
      if (linkKey === null) return;
      row.querySelector("[data-by-link]").hidden = true;
      const link = row.querySelector("a");
      link.hidden = false;
      link.addEventListener("click", () => sessionStorage.setItem(storageName(itemId), toHex(linkKey)));
    }
  });
}

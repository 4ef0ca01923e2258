// <portal-open>: fetches a sealed message, opens it in this tab and shows it in a frame that runs no script.
import { fromBase64, openContentKey, openPart, receipt, toHex } from "./escrow-keys.js";
import { showFiles } from "./portal-files.js";
import { keptKey } from "./portal-gate.js";
import { leaveWhenIdle } from "./portal-idle.js";
import { deviceKeyFrom, remember } from "./portal-ring.js";
import { keepPassphrase, keptPassphrase, stretch } from "./portal-passphrase.js";

const NEVER_SHOWN = "script, base, meta, link, iframe, object, embed, form";

// The message as a document without anything that acts by itself; links open beside the portal.
// `parser` is the frame's own: the frame's policy allows the message's styles, the portal's does not.
function inert(html, parser) {
  const page = parser.parseFromString(html, "text/html");
  for (const element of page.querySelectorAll(NEVER_SHOWN)) element.remove();
  for (const link of page.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return page;
}

export async function openMessage(sealed, linkKey, stretched) {
  const lock = { serverShare: fromBase64(sealed.serverShare), wrappedKey: fromBase64(sealed.wrappedKey) };
  if (sealed.needsPassphrase) lock.stretched = stretched || [];
  const contentKey = await openContentKey(sealed.place, linkKey, lock);
  const parts = {};
  for (const [name, bytes] of Object.entries(sealed.parts)) {
    parts[name] = await openPart(sealed.place, contentKey, name, fromBase64(bytes));
  }
  const shown = toHex(await receipt(contentKey, sealed.place.itemId));
  return { parts, receipt: shown, contentKey };
}

if (globalThis.customElements) {
  customElements.define("portal-open", class extends HTMLElement {
    connectedCallback() {
      this.itemId = this.getAttribute("item-id");
      this.byHand = this.querySelector("form[data-by-hand]");
      this.byHand.addEventListener("submit", (event) => {
        event.preventDefault();
        this.openByHand(this.byHand.elements);
      });
      leaveWhenIdle();
      document.addEventListener("passkey-kept", () => {
        this.setAttribute("by-passkey", ""); // for `open`, which may not have the key yet
        if (this.linkKey) this.remember();
      });
      // What a browser kept of the page for Back is shown to nobody: the server says whether the visit goes on.
      window.addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
      this.open(keptKey(this.itemId, "", sessionStorage));
    }

    async openByHand(typed) {
      if (typed.passphrase) {
        this.say("opening");
        const stretched = await stretch(typed.passphrase.value, this.getAttribute("salt"));
        keepPassphrase(this.itemId, stretched, sessionStorage);
      }
      this.open(keptKey(this.itemId, typed.access_key.value, sessionStorage));
    }

    async open(linkKey) {
      const stretched = keptPassphrase(this.itemId, sessionStorage);
      const isReady = linkKey !== null && (stretched !== null || !this.getAttribute("salt"));
      this.byHand.hidden = isReady;
      if (!isReady) return;
      this.say("opening");
      try {
        const sealed = await (await fetch(this.getAttribute("sealed-url"))).json();
        const message = await openMessage(sealed, linkKey, stretched);
        this.show(message.parts);
        await this.confirm(message.receipt);
        this.linkKey = linkKey;
        if (this.hasAttribute("by-passkey")) await this.remember();
        await showFiles(this, { ...sealed, contentKey: message.contentKey });
      } catch (_wrongKey) {
        this.byHand.hidden = false;
        this.say("not-opened");
      }
    }

    // So that the list of messages can open it again on this device.
    async remember() {
      const deviceKey = await deviceKeyFrom(this.getAttribute("device-url"));
      if (deviceKey !== null) await remember(deviceKey, this.itemId, this.linkKey, this.getAttribute("until"), localStorage);
    }

    say(attribute) {
      this.querySelector("[role=status]").textContent = this.getAttribute(attribute);
    }

    show({ subject, html }) {
      this.closest("main").querySelector("h1").textContent = subject;
      this.querySelector("[role=status]").textContent = "";
      const frame = this.querySelector("iframe");
      const write = () => {
        const shown = frame.contentDocument;
        const page = inert(html, new frame.contentWindow.DOMParser());
        shown.replaceChild(shown.adoptNode(page.documentElement), shown.documentElement);
        fit();
      };
      // Shrunk first: a frame that is too tall would measure its own height.
      const fit = () => {
        frame.height = 0;
        frame.height = frame.contentDocument.documentElement.scrollHeight;
      };
      window.addEventListener("resize", fit);
      frame.hidden = false;
      frame.addEventListener("load", write, { once: true });
      frame.src = this.getAttribute("frame-url");
    }

    confirm(shown) {
      const body = new FormData(this.querySelector("form[data-receipt]"));
      body.set("receipt", shown);
      return fetch(this.getAttribute("receipt-url"), { method: "POST", body });
    }
  });
}

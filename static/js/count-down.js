// <count-down until="2026-03-01T09:00:00Z">: the time left as 4:32, then fires `elapsed`.
// With now="…", the server's time when it wrote the page, a clock that is wrong here changes nothing.
export function timeLeft(until, now) {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

if (globalThis.customElements) {
  customElements.define("count-down", class extends HTMLElement {
    connectedCallback() {
      const until = this.getAttribute("until");
      const ahead = this.hasAttribute("now") ? Date.now() - Date.parse(this.getAttribute("now")) : 0;
      const show = () => {
        const now = Date.now() - ahead;
        this.textContent = timeLeft(until, now);
        if (Date.parse(until) > now) return;
        clearInterval(this.timer);
        this.dispatchEvent(new CustomEvent("elapsed", { bubbles: true }));
      };
      this.timer = setInterval(show, 1000);
      show();
    }

    disconnectedCallback() {
      clearInterval(this.timer);
    }
  });
}

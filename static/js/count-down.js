// <count-down until="2026-03-01T09:00:00Z">: the time left as 4:32, then fires `elapsed`.
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
      const show = () => {
        this.textContent = timeLeft(until, Date.now());
        if (Date.parse(until) > Date.now()) return;
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

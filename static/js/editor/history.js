// What the document was, so that each change can be taken back. Typing in one place is one step.

export class History {
  constructor(start) {
    this.past = [];
    this.present = start;
    this.future = [];
    this.lastPlace = null;
  }

  change(next, place = null) {
    if (place === null || place !== this.lastPlace) this.past.push(this.present);
    this.lastPlace = place;
    this.present = next;
    this.future = [];
  }

  undo() {
    if (!this.past.length) return;
    this.future.push(this.present);
    this.present = this.past.pop();
    this.lastPlace = null;
  }

  redo() {
    if (!this.future.length) return;
    this.past.push(this.present);
    this.present = this.future.pop();
    this.lastPlace = null;
  }
}

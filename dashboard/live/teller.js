// Tells the page what was moved. During a drag the next message waits until the last one was heard, so that the page is
// told as fast as it can follow and no faster; what was let go is told at once. Until then the browser's own value stands.

const GIVE_UP_MS = 10_000;

export class Teller {
  constructor(forgotten) {
    this.token = `${Date.now()}.${Math.random()}`;
    this.number = 0;
    this.waiting = 0; // number of the message not heard yet
    this.moves = new Map(); // axis -> { value, sent: number of its message, 0 before it }
    this.forgotten = forgotten;
  }

  // The browser's own value of an axis, undefined where the page's stands.
  own(name) {
    return this.moves.get(name)?.value;
  }

  set(name, value) {
    this.moves.set(name, { value, sent: 0 });
    this.flush();
  }

  heard({ token, number }) {
    if (token !== this.token) return;
    if (number >= this.waiting) this.waiting = 0;
    if (number === this.number) clearTimeout(this.timer);
    for (const [name, { sent }] of this.moves) if (sent && sent <= number) this.moves.delete(name);
    this.flush();
  }

  // The hand was taken off: the page leaves what it was about and takes this.
  released() {
    this.waiting = 0;
    this.flush();
  }

  flush() {
    if (this.waiting || ![...this.moves.values()].some(({ sent }) => sent === 0)) return;
    this.waiting = ++this.number;
    for (const move of this.moves.values()) move.sent = this.number;
    const moves = [...this.moves].map(([name, { value }]) => [name, value]);
    clearTimeout(this.timer);
    this.send({ token: this.token, number: this.number, moves });
    this.timer = setTimeout(() => this.giveUp(), GIVE_UP_MS);
  }

  // A page that does not answer has not taken the value: what it last said stands.
  giveUp() {
    this.waiting = 0;
    this.moves.clear();
    this.forgotten();
  }

  close() {
    clearTimeout(this.timer);
  }
}

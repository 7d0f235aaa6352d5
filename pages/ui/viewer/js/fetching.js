// Bytes from our own server: tried three times, told apart by who must act.
export class Refused extends Error {
  constructor(status) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

export async function bytes(url, signal, tries = 3) {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await fetch(url, { credentials: "same-origin", signal });
      if (answer.ok) return await answer.arrayBuffer();
      if (answer.status < 500) throw new Refused(answer.status);
      throw new Error(`HTTP ${answer.status}`);
    } catch (problem) {
      if (signal.aborted || problem instanceof Refused || attempt >= tries) throw problem;
      await new Promise((done) => setTimeout(done, 300 * attempt));
    }
  }
}

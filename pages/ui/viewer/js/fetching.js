// Bytes from our own server: tried three times, told apart by who must act.
export class Refused extends Error {
  constructor(status) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

export function bytes(url, signal) {
  return tried(url, signal, (answer) => answer.arrayBuffer());
}

// Into memory that is used again and again, piece by piece, so that a large volume does not lie in the browser beside the card; gives how many
// bytes came, which may be more than there was room for.
export function pour(url, signal, room) {
  return tried(url, signal, async (answer) => {
    let count = 0;
    for (const reader = answer.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return count;
      if (count + value.length <= room.length) room.set(value, count);
      count += value.length;
    }
  });
}

async function tried(url, signal, take, tries = 3) {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await fetch(url, { credentials: "same-origin", signal });
      if (answer.ok) return await take(answer);
      if (answer.status < 500) throw new Refused(answer.status);
      throw new Error(`HTTP ${answer.status}`);
    } catch (problem) {
      if (signal.aborted || problem instanceof Refused || attempt >= tries) throw problem;
      await new Promise((done) => setTimeout(done, 300 * attempt));
    }
  }
}

"use strict";
// Checks the page against its signed statement, and its events against the tree (RFC 9162).
(async () => {
  const verdict = document.getElementById("verdict");
  const tell = (holds, words) => { verdict.dataset.holds = holds; verdict.textContent = words; };
  const main = document.querySelector("main");
  const shown = main.innerHTML;
  const lines = [...main.querySelectorAll("[data-line]")];
  const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  const bytes = (text) => Uint8Array.from(text.match(/../g) || [], (two) => parseInt(two, 16));
  const utf8 = (text) => new TextEncoder().encode(text);
  const sha = async (content) => new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const node = (left, right) => sha(Uint8Array.of(1, ...left, ...right));
  const decoded = (part) =>
    Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

  async function included(leaf, index, size, path, root) {
    let [position, last, carry] = [index, size - 1, leaf];
    if (index < 0 || index >= size) return false;
    for (const sibling of path) {
      if (last === 0) return false;
      if (position % 2 === 1 || position === last) {
        carry = await node(sibling, carry);
        while (position % 2 === 0 && position > 0) {
          [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
        }
      } else {
        carry = await node(carry, sibling);
      }
      [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
    }
    return last === 0 && hex(carry) === root;
  }

  async function signed(text, key) {
    const [head, payload, signature] = text.split(".");
    const said = utf8(`${head}.${payload}`);
    try {
      const known = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return (await crypto.subtle.verify("Ed25519", known, decoded(signature), said)) ? "yes" : "no";
    } catch (error) {
      return error.name === "NotSupportedError" ? "unknown" : "no";
    }
  }

  async function linesHold(proofs, statement) {
    const bad = [];
    const hashes = proofs.nodes.map(bytes);
    for (const [number, [digest, events]] of statement.lines.entries()) {
      const line = lines[number];
      const why = [];
      if (!line || hex(await sha(utf8(line.textContent))) !== digest) why.push("its words were changed");
      for (const sequence of events) {
        const [leaf, places] = proofs.leaves[sequence] || ["", []];
        const path = places.map((place) => hashes[place] || new Uint8Array());
        if (!(await included(bytes(leaf), sequence - 1, statement.size, path, statement.root))) {
          why.push(`event ${sequence} is not in the tree`);
        }
      }
      if (line) line.dataset.holds = why.length ? "no" : "yes";
      if (why.length) bad.push({ number, why, text: line ? line.textContent.trim() : "a line is missing" });
    }
    return bad;
  }

  try {
    if (!globalThis.crypto || !crypto.subtle) {
      tell("unknown", "Not verified: this browser checks nothing here; open the file from disk, or over TLS.");
      return;
    }
    const proofs = JSON.parse(document.getElementById("proofs").textContent);
    const statement = JSON.parse(new TextDecoder().decode(decoded(proofs.statement.split(".")[1])));
    const bad = await linesHold(proofs, statement);
    const signature = await signed(proofs.statement, bytes(proofs.key));
    const whole = hex(await sha(utf8(shown))) === statement.main && lines.length === statement.lines.length;
    const key = proofs.key.slice(0, 16);
    if (signature === "no") {
      tell("no", `Does not hold: what this file states is not signed by its key ${key}.`);
    } else if (bad.length) {
      const more = bad.length > 1 ? ` ${bad.length - 1} more lines do not hold.` : "";
      tell("no", `Does not hold. The first line that does not: “${bad[0].text.slice(0, 140)}”: ${bad[0].why.join(", ")}.${more}`);
    } else if (!whole) {
      tell("no", "Does not hold: something beside the lines was changed.");
    } else {
      const by = signature === "yes" ? `signed with the key ${key}` : "but this browser can't check the signature";
      tell(signature === "yes" ? "yes" : "unknown", `Holds: ${lines.length} lines, and their ${Object.keys(proofs.leaves).length} events in the tree of ${statement.size}; ${by}. Compare key and root with those of the home: attune ledger verify --file FILE`);
    }
  } catch (error) {
    tell("no", `Does not hold: the proofs of this file can't be read (${error.message}).`);
  }
})();

/** Annotations of the records: none to ten an item, five on average, of a few classes. */
import { aRecord } from './records.mjs';

const classes = ['car', 'person', 'bus', 'bicycle', 'traffic light', 'sign', 'dog', 'train'];

/** How many annotations the record of a number has. */
const amountOf = (n) => n % 11;

function annotationsOf(n) {
  const { reference_id: reference } = aRecord(n);
  return Array.from({ length: amountOf(n) }, (_, i) => {
    const common = { reference_id: reference, label: classes[(n + i) % classes.length], annotation_id: `${n}-${i}` };
    const [x, y] = [(n * 31 + i * 97) % 3000, (n * 17 + i * 53) % 3000];
    if (i % 5 !== 4) return { ...common, type: 'box', geometry: { x, y, width: 120.5, height: 80.25 }, metadata: {} };
    const corners = [0, 90, 180, 270].map((turn) => ({
      x: x + 100 + 90 * Math.cos((turn * Math.PI) / 180),
      y: y + 100 + 90 * Math.sin((turn * Math.PI) / 180),
    }));
    return { ...common, type: 'polygon', geometry: { vertices: corners }, metadata: { hard: true } };
  });
}

/** Bodies of so many rows for the items `from` to `to`. @returns the bodies and how many rows they hold */
export function annotationBodies(from, to, rowsPerBody) {
  const bodies = [];
  let rows = [];
  let total = 0;
  const close = () => {
    if (rows.length > 0) bodies.push(JSON.stringify({ annotations: rows, update: false }));
    total += rows.length;
    rows = [];
  };
  for (let n = from; n < to; n++) {
    for (const row of annotationsOf(n)) {
      rows.push(row);
      if (rows.length === rowsPerBody) close();
    }
  }
  close();
  return { bodies, rows: total };
}

// What Python sends: a safetensors file, that is, 8 bytes of header length, a JSON header, then the raw numbers.

export function readTensors(bytes) {
  const copy = bytes.slice(); // its own buffer, aligned, so that Float32Array can view it
  const length = Number(new DataView(copy.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(copy.subarray(8, 8 + length)));
  const { __metadata__: metadata, ...entries } = header;
  const arrays = {};
  for (const [name, { shape, data_offsets: [start, end] }] of Object.entries(entries)) {
    const numbers = new Float32Array(copy.buffer.slice(8 + length + start, 8 + length + end));
    arrays[name] = { numbers, rows: shape[0], width: shape[1] ?? 1 };
  }
  return { arrays, facts: JSON.parse(metadata.facts) };
}

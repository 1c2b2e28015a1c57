// Nothing to see: writes down that an exercise was checked, in this browser. Data: {id, right, token}.

import { record } from "./practice_shelf.js";

export default function ({ data }) {
  record(data);
}

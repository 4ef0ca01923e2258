// The names of our hosts lead to this machine, as a line in a hosts file would have it.
import dns from "node:dns";

dns.lookup = (_name, options, done) => {
  const answer = done ?? options;
  return options?.all
    ? answer(null, [{ address: "127.0.0.1", family: 4 }])
    : answer(null, "127.0.0.1", 4);
};

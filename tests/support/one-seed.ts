import fc from "fast-check";

// Of a property the same cases are tried each time, so that a change is judged by itself. `pnpm properties` tries others.
fc.configureGlobal({ seed: 20_261_122 });

throw new RangeError("broken while loading");

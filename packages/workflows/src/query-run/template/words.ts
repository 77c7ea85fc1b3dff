const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** An expression may begin after these. */
export const beforeValue = words(
  "select distinct where and or not on when then else case between like ilike having limit offset escape " +
    "interval for qualify rows range zone to both leading trailing",
);

/** An expression may end before these. */
export const afterValue = words(
  "as at from where and or not in is like ilike similar between then else end when group order having limit offset union " +
    "intersect except qualify window asc desc nulls preceding following escape for join inner left right full " +
    "cross on rows second minute hour day week month quarter year seconds minutes hours days weeks months years",
);

/** Names of tables stand after these. */
export const beforeTable = words("from join lateral");

/** They end the part of a query where names of tables stand. */
export const endsTables = words(
  "where group having order limit offset qualify window union intersect except",
);

/** Brackets after these hold a group; after any other word, the arguments of a call. */
export const beforeGroup = words(
  "select distinct all where and or not on when then else case between like ilike having limit offset as by " +
    "from join lateral union intersect except exists any some with values is over qualify",
);

/** They write, wherever a statement begins. */
export const writes = words("insert update delete merge");

/** They do something else than to read, where a statement begins. */
export const changes = words(
  "insert update delete merge create drop alter truncate grant revoke attach detach copy install load pragma set " +
    "call export import vacuum checkpoint execute prepare use explain describe show replace do begin commit",
);

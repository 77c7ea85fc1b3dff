/** What a connection to another computer must say in production; "prefer" and "allow" fall back to no encryption. */
const said = new Set(["require", "verify-ca", "verify-full", "disable"]);

/** This computer: nothing travels. */
const here = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * What is wrong with the address of a database, as the end of a sentence that begins with the variable's name; it shows
 * nothing of the address. Null where nothing is.
 *
 * @param options `production`: whether a connection to another computer has to say how it is encrypted, or that it is not.
 */
export function databaseUrlFault(address: string, { production }: { production: boolean }): string | null {
  if (!/^postgres(ql)?:\/\//.test(address)) return "must begin with postgres://";
  const [authority = ""] = address.slice(address.indexOf("://") + 3).split(/[/?]/);
  if (authority.slice(authority.lastIndexOf("@") + 1).includes(",")) {
    return "names several hosts: name one, behind which the others take over";
  }
  const url = parse(address);
  if (!url)
    return "is not a URL: in its password, each character but letters and digits is written as its code, # as %23";
  if (!production || here.test(url.hostname) || said.has(url.searchParams.get("sslmode") ?? "")) return null;
  return 'must end with ?sslmode=require, without which passwords and data may travel unencrypted (or with "verify-full", or with "disable" where the network is private)';
}

/** Null also where user or password cannot be read: the client would throw, and some errors show the whole address. */
function parse(address: string): URL | null {
  try {
    const url = new URL(address);
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    return null;
  }
}

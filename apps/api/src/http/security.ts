import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * The security headers. Scripts come from here only; the dashboard talks to this API and to Supabase, whose
 * origin also serves the files it shows.
 */
export function securityHeaders(publicSupabaseUrl: string): RequestHandler {
  const supabase = new URL(publicSupabaseUrl).origin;
  const supabaseSocket = supabase.replace(/^http/, "ws");
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "connect-src": ["'self'", supabase, supabaseSocket],
        "font-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "data:", "blob:", supabase],
        "media-src": ["'self'", "blob:", supabase],
        "object-src": ["'none'"],
        "script-src": ["'self'"],
        "script-src-attr": ["'none'"],
        // The parts of the dashboard's component library write style elements.
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
      },
    },
    referrerPolicy: { policy: "no-referrer" },
  });
}

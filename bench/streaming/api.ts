// The API as it is deployed, in a process of its own.
import { createApi, createServices, readEnvironment } from "@longhaul/api";
import { serveParent } from "./server.js";

const env = readEnvironment();
const services = createServices(env);
const publicConfig = {
  supabaseUrl: env.SUPABASE_URL,
  supabaseAnonKey: env.SUPABASE_ANON_KEY,
  capabilities: [],
  mailsInvitations: false,
};
const api = createApi({ services, publicConfig });
serveParent(await api.start(0, "127.0.0.1"), () => {});

import { defineConfig } from "vite";

// `npm run dev` serves the page with reload and passes everything else on to a running site;
// FOVEA_SITE names it.
const site = process.env.FOVEA_SITE ?? "http://127.0.0.1:8080";

export default defineConfig({
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": { target: site, ws: true },
      "/devices": site,
    },
  },
});

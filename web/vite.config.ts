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
    rolldownOptions: {
      input: ["index.html", "signin.html"],
      // All that a stranger may load lies in a folder of its own.
      output: {
        entryFileNames: (chunk) =>
          chunk.name === "signin" ? "signin/[name]-[hash].js" : "assets/[name]-[hash].js",
        assetFileNames: (asset) =>
          asset.names[0] === "signin.css" ? "signin/[name]-[hash][extname]" : "assets/[name]-[hash][extname]",
      },
    },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": { target: site, ws: true },
      "/devices": site,
    },
  },
});

import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The marketer's app. `npx vite src/web` serves it with hot reload against the API of `npm start` on port 4000. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: { target: 'es2022', chunkSizeWarningLimit: 900, reportCompressedSize: false },
  server: { proxy: Object.fromEntries(['/spaces', '/session', '/v1'].map((path) => [path, 'http://127.0.0.1:4000'])) },
})

import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const dutyRoom = process.env.DUTY_ROOM_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { outDir: '../SmartCourtyard.DutyRoom/wwwroot', emptyOutDir: true, target: ['chrome103', 'edge103', 'firefox104', 'safari16'], reportCompressedSize: true },
  server: { proxy: { '/api': dutyRoom, '/openapi': dutyRoom } },
  test: { environment: 'node', include: ['tests/**/*.test.ts'] },
});

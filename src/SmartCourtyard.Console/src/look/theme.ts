import { ref, watchEffect } from 'vue';

export type Theme = 'light' | 'dark';

const storageKey = 'smartcourtyard.theme';

function initial(): Theme {
  try {
    const held = localStorage.getItem(storageKey);
    if (held === 'light' || held === 'dark') {
      return held;
    }
  } catch {
    // Without storage the system's preference decides.
  }
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export const theme = ref<Theme>(initial());

watchEffect(() => { document.documentElement.dataset.theme = theme.value; });

export function switchTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(storageKey, theme.value);
  } catch {
    // The choice lasts until the page is closed.
  }
}

import { createApp } from 'vue';
import App from './App.vue';
import './look/tokens.css';
import './look/base.css';
import { startTicking } from './live/serverClock';
import { router } from './router';
import { i18n, language } from './texts';

document.documentElement.lang = language.value;
startTicking();
createApp(App).use(i18n).use(router).mount('#app');

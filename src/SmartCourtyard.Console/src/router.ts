import { createRouter, createWebHistory } from 'vue-router';
import BoardView from '@/board/BoardView.vue';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'board', component: BoardView },
    { path: '/alarms/:id', name: 'alarm', component: () => import('@/alarm/AlarmView.vue'), props: true },
    { path: '/plan/:courtyard?/:building?', name: 'plan', component: () => import('@/plan/PlanView.vue') },
    { path: '/devices', name: 'devices', component: () => import('@/devices/DevicesView.vue') },
    { path: '/reports', name: 'reports', component: () => import('@/reports/ReportsView.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

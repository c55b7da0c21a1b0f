import { ref } from 'vue';

export const search = ref('');

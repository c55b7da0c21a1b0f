// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '@/access/session';
import AlarmStory from '@/alarm/AlarmStory.vue';
import ReceiptList from '@/board/ReceiptList.vue';
import { presence } from '@/live/dutyRoom';
import PresenceBanner from '@/shell/PresenceBanner.vue';
import { i18n, kindOf, language, where } from '@/texts';
import { alarm } from './alarm';

const posted: string[] = [];
vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
  posted.push(`${init.method} ${path}`);
  return Promise.resolve(new Response('{"items":[]}', { status: 200 }));
});

const open = { id: 'c1', askedAt: '2026-11-22T04:30:00Z', askedBy: '街道', answerBy: '2099-11-22T04:40:00Z', answeredAt: null, answeredBy: null, alarm: null };
const global = { plugins: [i18n] };
const banner = (check: typeof open | null = open) => {
  presence.value = { open: check, everyMinutes: 0, items: check ? [check] : [] };
  return mount(PresenceBanner, { global });
};

beforeEach(() => {
  posted.length = 0;
  language.value = 'zh-CN';
  session.value = { user: '王芳', roles: ['operator'] };
});

describe('the presence check', () => {
  it('shows nothing while nobody asks', () => {
    expect(banner(null).find('[data-testid=presence]').exists()).toBe(false);
  });

  it('asks with one button, and one press answers', async () => {
    const shown = banner();
    expect(shown.text()).toContain('街道');
    await shown.get('[data-testid=presence-answer]').trigger('click');
    expect(posted[0]).toBe('POST /api/v1/presence/c1/answer');
    await flushPromises();
    language.value = 'en';
    expect(banner().get('button').text()).toBe('I am here');
  });

  it('gives no button to who asked, nor to who may not act', () => {
    session.value = { user: '街道', roles: ['admin'] };
    expect(banner().find('button').exists()).toBe(false);
    session.value = { user: '李四', roles: ['viewer'] };
    expect(banner().find('button').exists()).toBe(false);
  });

  it('that nobody answered is an alarm of the duty room itself', () => {
    const unanswered = alarm({ kind: 'supervision', courtyard: 'duty-room', courtyardName: null, buildingName: null, device: null, at: {} as never });
    expect([kindOf(unanswered), where(unanswered)]).toEqual(['查岗无人应答', '值班室']);
  });
});

describe('the three receipts', () => {
  it('stand with their times on the alarm\'s page', () => {
    const list = mount(ReceiptList, { props: { alarm: alarm({ shownAt: '2026-11-22T04:30:02.000Z' }), stamps: true }, global });
    expect(list.findAll('time').map(time => time.attributes('data-receipt'))).toEqual(['stored', 'shown']);
    expect(list.text()).toContain('未应答');
  });

  it('that did not come are a chapter of the story', () => {
    const story = mount(AlarmStory, { props: { alarm: alarm({ timeline: [{ at: '2026-11-22T04:30:04Z', what: 'escalated', by: null, note: 'no-board' }] }) }, global });
    expect(story.text()).toContain('值班台无人显示');
  });
});

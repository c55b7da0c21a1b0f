const texts = {
  'zh-CN': {
    other: 'English', title: '网关维护页', way: '到值班室的通道', prove: '现在测试通道', explain: '发一条测试报警到值班室：不响铃，不算报警，自动结束。',
    never: '还没有验证过。', proven: at => `上次验证通过：${at}`, unanswered: '还没有值班员答复过测试。', answered: (by, at) => `上次有值班员答复：${by}，${at}`,
    running: '测试已发出，等值班室确认……', passedShown: s => `通过：值班室已存下，并在值班台显示。用时 ${s} 秒。`, passed: s => `通过：值班室已存下；当时没有开着的值班台。用时 ${s} 秒。`,
    asked: '正在请值班员按“我看到了”（10 分钟内）。', by: who => `值班员 ${who} 已答复。`,
    stored: '未通过：值班室 60 秒内没有确认。检查上网和值班室服务器；排队的报警会自动补送。', shown: '未通过：值班室已存下，但开着的值班台 60 秒内都没有显示。请打电话问值班室。',
    underWay: '已有一次测试在进行，一分钟内结束。', noDutyRoom: '这台网关没有设置值班室。', unreachable: '网关没有回答。', troubles: '现有故障', none: '没有故障。', since: '自', alarms: '未了结的报警', noAlarms: '没有报警。',
    receipts: { stored: '值班室已存', shown: '值班台已显示', acknowledged: '有人应答' }, notYet: '还没有',
    lines: '上报通道', up: '通', down: '不通', lastReceipt: at => `上次送达 ${at}`, queued: (n, at) => `排队 ${n} 条${at ? `，最早 ${at}` : ''}`, noPath: '没有设置通道。', act: { technician: '请技术员处理', 'duty-room': '请值班室处理', network: '请检查网络' },
    refused: e => `被拒收：${e.event.type}，${e.at}${e.seen ? '（已看过）' : ''}`, seen: '我看过了', again: '重新发送',
    token: '网关令牌', enter: '进入',
    kinds: { smoke: '烟雾报警', heat: '温度报警', gas: '燃气泄漏', 'carbon-monoxide': '一氧化碳', 'emergency-call': '紧急呼叫', fall: '有人跌倒', 'water-leak': '漏水', 'water-level': '水位超限', 'air-quality': '空气质量', noise: '噪声超标', electrical: '用电异常', intrusion: '入侵报警', equipment: '设施故障', tamper: '设备被拆动' },
    reasons: {
      silent: '长时间没有消息', 'battery-low': '电量低', 'weak-signal': '信号弱', stuck: '读数不变', noisy: '读数跳动', drifting: '零点漂移', tampered: '被拆动', fault: '自报故障', 'test-overdue': '超期未测试',
      'end-of-life': '到期需更换', 'out-of-range': '读数超量程', undecodable: '消息无法识别', 'broker-lost': '消息服务中断', 'bridge-offline': '网桥离线', 'connection-lost': '总线或接口中断',
      'storage-failing': '磁盘写入失败', 'event-refused': '事件被拒收', 'path-down': '上报通道中断', overloaded: '处理不过来', 'site-refused': '小区文件有误', 'out-of-service': '停用检修', shelved: '暂缓提示', 'under-test': '测试中',
      drill: '全小区演练', 'self-test-failed': '通道自检未通过', 'receipt-overdue': '报警回执超时', overheated: '主机过热', undervoltage: '供电电压不足', 'memory-low': '内存不足', 'disk-low': '磁盘将满',
      'disk-worn': '存储卡寿命将尽', 'clock-wrong': '时钟不准',
    },
  },
  en: {
    other: '中文', title: 'Gateway, for the technician', way: 'The way to the duty room', prove: 'Test the way now', explain: 'Sends a test alarm to the duty room: silent, no alarm, ends by itself.',
    never: 'Not proven yet.', proven: at => `Last proven: ${at}`, unanswered: 'No officer has answered a test yet.', answered: (by, at) => `Last answered by an officer: ${by}, ${at}`,
    running: 'The test is on its way; waiting for the duty room …', passedShown: s => `Passed: the duty room has stored it and a console showed it. Took ${s} s.`, passed: s => `Passed: the duty room has stored it; no console was open. Took ${s} s.`,
    asked: 'An officer is asked to press "I have seen it" (within 10 minutes).', by: who => `Officer ${who} has answered.`,
    stored: 'Failed: the duty room did not confirm within 60 s. Look at the uplink and the duty room\u2019s server; alarms that wait are sent by themselves.', shown: 'Failed: the duty room stored it, but none of its open consoles showed it within 60 s. Call the duty room.',
    underWay: 'A test is under way; it ends within a minute.', noDutyRoom: 'This gateway has no duty room.', unreachable: 'The gateway does not answer.', troubles: 'Troubles that stand', none: 'No trouble.', since: 'since', alarms: 'Alarms that are not done with', noAlarms: 'No alarm.',
    receipts: { stored: 'stored', shown: 'shown', acknowledged: 'answered' }, notYet: 'not yet',
    lines: 'Paths to the duty room', up: 'up', down: 'down', lastReceipt: at => `last receipt ${at}`, queued: (n, at) => `${n} waiting${at ? `, the oldest since ${at}` : ''}`, noPath: 'No path is configured.', act: { technician: 'for the technician', 'duty-room': 'for the duty room', network: 'for whoever looks after the network' },
    refused: e => `Refused: ${e.event.type}, ${e.at}${e.seen ? ' (seen)' : ''}`, seen: 'I have seen these', again: 'Send once more',
    token: 'Token of the gateway', enter: 'Enter',
    kinds: { smoke: 'Smoke', heat: 'Heat', gas: 'Gas leak', 'carbon-monoxide': 'Carbon monoxide', 'emergency-call': 'Emergency call', fall: 'Fall', 'water-leak': 'Water leak', 'water-level': 'Water level', 'air-quality': 'Air quality', noise: 'Noise', electrical: 'Electrical', intrusion: 'Intrusion', equipment: 'Equipment', tamper: 'Tampering' },
    reasons: {
      silent: 'silent too long', 'battery-low': 'battery low', 'weak-signal': 'weak signal', stuck: 'value stuck', noisy: 'value jumps', drifting: 'drifting',
      tampered: 'tampered with', fault: 'reports a fault', 'test-overdue': 'test overdue', 'end-of-life': 'end of life', 'out-of-range': 'out of range',
      undecodable: 'unreadable messages', 'broker-lost': 'broker lost', 'bridge-offline': 'bridge offline', 'connection-lost': 'bus or interface down',
      'storage-failing': 'disk failing', 'event-refused': 'event refused', 'path-down': 'path down', overloaded: 'overloaded', 'site-refused': 'site file has mistakes', 'out-of-service': 'out of service',
      shelved: 'shelved', 'under-test': 'under test', drill: 'drill of the whole estate', 'self-test-failed': 'daily self-test failed', 'receipt-overdue': 'a receipt is overdue', overheated: 'computer too hot',
      undervoltage: 'supply voltage too low', 'memory-low': 'short of memory', 'disk-low': 'disk nearly full', 'disk-worn': 'disk nearly worn out', 'clock-wrong': 'clock wrong',
    },
  },
};

const byId = id => document.getElementById(id);
let language = (navigator.language || '').startsWith('zh') ? 'zh-CN' : 'en';
let token = null;
let proof = null;
let troubles = [];
let alarms = [];
let paths = [];
let refused = [];
let begun = null;
let message = null;

const say = () => texts[language];
const time = text => new Date(text).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });

async function call(method, path) {
  const response = await fetch(path, { method, headers: token ? { Authorization: `Bearer ${token}` } : {} });
  byId('sign-in').hidden = response.status !== 401;
  return { status: response.status, body: response.headers.get('Content-Type')?.includes('json') ? await response.json() : null };
}

async function refresh() {
  try {
    const [now, standing, open] = [await call('GET', 'api/v1/proof'), await call('GET', 'api/v1/troubles'), await call('GET', 'api/v1/alarms')];
    proof = now.status === 200 ? now.body : null;
    const [lines, kept] = [await call('GET', 'api/v1/paths'), await call('GET', 'api/v1/refused')];
    paths = lines.status === 200 ? lines.body.items : [];
    refused = kept.status === 200 ? kept.body.items : [];
    troubles = standing.status === 200 ? standing.body.items : [];
    alarms = open.status === 200 ? open.body.items : [];
    message = now.status === 404 ? 'noDutyRoom' : message === 'unreachable' || message === 'noDutyRoom' ? null : message;
  } catch {
    message = 'unreachable';
  }
  show();
}

async function settle(how) {
  try {
    await call('POST', `api/v1/refused/${how}`);
  } catch {
    message = 'unreachable';
  }
  await refresh();
}

async function prove() {
  byId('prove').disabled = true;
  try {
    const answer = await call('POST', 'api/v1/proof');
    begun = answer.status === 202 ? answer.body.underWay?.alarmId ?? answer.body.newest?.alarmId : begun;
    message = answer.status === 409 ? 'underWay' : null;
  } catch {
    message = 'unreachable';
  }
  await refresh();
}

function outcome() {
  const newest = proof?.newest;
  if (message) {
    return [say()[message], ''];
  }
  if (proof?.underWay) {
    return [say().running, ''];
  }
  if (!newest || newest.alarmId !== begun) {
    return ['', ''];
  }
  if (newest.failed) {
    return [say()[newest.failed] ?? newest.detail, 'bad'];
  }
  const passed = (newest.shown ? say().passedShown : say().passed)((newest.tookMilliseconds / 1000).toFixed(1));
  const person = newest.answeredBy ? say().by(newest.answeredBy) : proof.waitsForAnswer === newest.alarmId ? say().asked : '';
  return [`${passed} ${person}`, 'good'];
}

function show() {
  document.documentElement.lang = language;
  document.querySelectorAll('[data-text]').forEach(element => { element.textContent = say()[element.dataset.text]; });
  byId('language').textContent = say().other;
  byId('proven').textContent = !proof ? '' : proof.lastPassed ? say().proven(time(proof.lastPassed)) : say().never;
  byId('answered').textContent = !proof ? '' : proof.lastAnswered ? say().answered(proof.answeredBy, time(proof.lastAnswered)) : say().unanswered;
  const [text, look] = outcome();
  if (byId('outcome').textContent !== text) {
    byId('outcome').textContent = text;
  }
  byId('outcome').className = look;
  byId('prove').disabled = !proof || proof.underWay !== null;
  byId('paths').replaceChildren(...(paths.length ? paths.map(way) : [item(say().noPath)]));
  byId('refused').replaceChildren(...refused.map(e => item(say().refused({ ...e, at: time(e.at) }))));
  byId('seen').hidden = refused.every(e => e.seen);
  byId('again').hidden = refused.length === 0;
  byId('troubles').replaceChildren(...(troubles.length ? troubles.map(line) : [item(say().none)]));
  byId('alarms').replaceChildren(...(alarms.length ? alarms.map(alarmLine) : [item(say().noAlarms)]));
}

const stamp = text => new Date(text).toLocaleTimeString(language);
const receipts = alarm => Object.entries(say().receipts).map(([key, word]) => `${word} ${alarm.receipts[key] ? stamp(alarm.receipts[key]) : say().notYet}`).join(' · ');
const alarmLine = alarm => item(`${say().kinds[alarm.kind] ?? alarm.kind} · ${alarm.device} (${say().since} ${time(alarm.raisedAt)}): ${receipts(alarm)}`);

const line = trouble => item(`${say().reasons[trouble.reason] ?? trouble.reason}${trouble.device ? ` · ${trouble.device}` : ''}${trouble.detail ? `: ${trouble.detail}` : ''} (${say().since} ${time(trouble.raisedAt)})`);

function way(path) {
  const parts = [path.path.toUpperCase(), path.up ? say().up : say().down, say().queued(path.queued, path.oldestQueued ? time(path.oldestQueued) : null)];
  if (path.lastReceipt) {
    parts.push(say().lastReceipt(time(path.lastReceipt)));
  }
  if (path.act) {
    parts.push(say().act[path.act]);
  }
  const element = item(parts.join(' · ') + (path.detail ? `: ${path.detail}` : ''));
  element.className = path.up ? 'good' : path.act ? 'bad' : '';
  return element;
}

function item(text) {
  const element = document.createElement('li');
  element.textContent = text;
  return element;
}

byId('language').addEventListener('click', () => { language = language === 'en' ? 'zh-CN' : 'en'; show(); });
byId('prove').addEventListener('click', prove);
byId('seen').addEventListener('click', () => settle('seen'));
byId('again').addEventListener('click', () => settle('again'));
byId('sign-in').addEventListener('submit', event => { event.preventDefault(); token = byId('token').value; byId('token').value = ''; void refresh(); });
show();
void refresh();
setInterval(refresh, 2000);

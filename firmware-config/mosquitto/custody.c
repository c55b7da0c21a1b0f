/*
 * A Mosquitto plugin that makes a confirmation mean "kept".
 *
 * Mosquitto confirms a QoS 1 message first and saves its store afterwards, and a message on its way to a connected receiver is no
 * reason to save at all. A broker that dies in between has confirmed what it does not have. So each message of QoS 1 or 2 is appended
 * to a file beside the store before the broker goes on with it; the page cache outlives the process, so one write is enough. As soon as
 * the broker has saved its store, the file is emptied. What stands in it when the broker starts is published again.
 *
 *   plugin /path/custody.so
 *   plugin_opt_store /path/mosquitto.db
 *
 * The file is named after the store, with ".unsaved" at its end. What is published again may have been delivered before: QoS 1 is
 * "at least once". Properties of MQTT 5 are not kept. Needs the plugin interface 5 (Mosquitto 2.0), per_listener_settings false.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

/* Without a reason of its own to save, the broker is asked to when so much is unsaved: it bounds the file. */
#define MOST_UNSAVED (4 * 1024 * 1024)

/* Bounds of MQTT: a topic has at most 65,535 bytes, a packet at most 268,435,455. Anything larger in the file is a torn record. */
#define MOST_TOPIC 65535
#define MOST_PAYLOAD 268435455

#define MARK 0x53434b31u /* "SCK1" */

/* Stands first in the file: the store as it was when the first message was kept. If the store is another one when the broker starts,
 * it was saved after all of them: they are in it. It is told by what a copy of the store keeps too (cp -p). */
struct before {
	int64_t size;
	int64_t seconds;
	int64_t nanoseconds;
};

struct record {
	uint32_t mark;
	uint32_t check;
	uint32_t topic_length;
	uint32_t payload_length;
	uint8_t qos;
	uint8_t retain;
	uint8_t spare[2];
};

struct custody {
	char *store;
	int unsaved;
	off_t length;
	struct stat saved;
	bool asked_to_save;
	bool failing;
};

static uint32_t fnv1a(uint32_t hash, const void *bytes, size_t length)
{
	const uint8_t *byte = bytes;
	while (length-- > 0) {
		hash = (hash ^ *byte++) * 16777619u;
	}
	return hash;
}

static uint32_t check_of(const struct record *record, const char *topic, const void *payload)
{
	struct record bare = *record;
	bare.check = 0;
	uint32_t hash = fnv1a(2166136261u, &bare, sizeof bare);
	hash = fnv1a(hash, topic, record->topic_length);
	return fnv1a(hash, payload, record->payload_length);
}

static struct stat state_of(const char *store)
{
	struct stat state;
	if (stat(store, &state) != 0) {
		memset(&state, 0, sizeof state);
	}
	return state;
}

/* The broker writes a new file and renames it, so a save is seen by the file's number; the times tell a number that is used again. */
static bool same_state(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec
		&& a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static struct before before_of(const struct stat *state)
{
	return (struct before){ .size = state->st_size, .seconds = state->st_mtim.tv_sec, .nanoseconds = state->st_mtim.tv_nsec };
}

static void warn(struct custody *custody, const char *what)
{
	/* An alarm that passes unkept is better than one that does not pass; so the broker goes on, and says it once. */
	if (!custody->failing) {
		custody->failing = true;
		mosquitto_log_printf(MOSQ_LOG_ERR, "custody: %s beside %s: %s. Messages pass, but a killed broker may lose them.",
			what, custody->store, strerror(errno));
	}
}

static int on_message(int event, void *data, void *user)
{
	const struct mosquitto_evt_message *message = data;
	struct custody *custody = user;
	(void)event;
	if (message->qos == 0) {
		return MOSQ_ERR_SUCCESS;
	}

	bool first = custody->length == 0;
	if (first) {
		/* Only a save from now on has this message. */
		custody->saved = state_of(custody->store);
	}

	struct before before = before_of(&custody->saved);
	struct record record = {
		.mark = MARK, .topic_length = (uint32_t)strlen(message->topic), .payload_length = message->payloadlen,
		.qos = message->qos, .retain = message->retain,
	};
	record.check = check_of(&record, message->topic, message->payload);
	struct iovec parts[] = {
		{ &before, first ? sizeof before : 0 }, { &record, sizeof record }, { message->topic, record.topic_length }, { message->payload, record.payload_length },
	};
	ssize_t whole = (ssize_t)(parts[0].iov_len + sizeof record + record.topic_length + record.payload_length);
	if (writev(custody->unsaved, parts, 4) != whole) {
		warn(custody, "a message cannot be kept");
		/* Half a record would hide those after it. */
		if (ftruncate(custody->unsaved, custody->length) != 0) {
			warn(custody, "half a message cannot be taken back");
		}
		return MOSQ_ERR_SUCCESS;
	}

	custody->failing = false;
	custody->length += whole;
	if (custody->length > MOST_UNSAVED && !custody->asked_to_save) {
		custody->asked_to_save = true;
		raise(SIGUSR1); /* Mosquitto saves its store at this signal, at the end of this turn of its loop. */
	}
	return MOSQ_ERR_SUCCESS;
}

/* Empties the file once the broker has saved everything that stands in it. */
static void forget_if_saved(struct custody *custody)
{
	if (custody->length == 0) {
		return;
	}
	struct stat now = state_of(custody->store);
	if (same_state(&now, &custody->saved)) {
		return;
	}
	custody->asked_to_save = false;
	if (ftruncate(custody->unsaved, 0) == 0) {
		custody->length = 0;
	} else {
		warn(custody, "saved messages cannot be forgotten");
	}
}

/* Mosquitto saves at the end of a turn of its loop and calls this right after. */
static int on_tick(int event, void *data, void *user)
{
	(void)event;
	(void)data;
	forget_if_saved(user);
	return MOSQ_ERR_SUCCESS;
}

/* Publishes what stands in the file; false if it ends in the middle of a record or the broker has no memory. */
static bool publish_one(const char **at, const char *end)
{
	struct record record;
	if ((size_t)(end - *at) < sizeof record) {
		return false;
	}
	memcpy(&record, *at, sizeof record);
	const char *topic = *at + sizeof record;
	if (record.mark != MARK || record.topic_length > MOST_TOPIC || record.payload_length > MOST_PAYLOAD
		|| (size_t)(end - topic) < (size_t)record.topic_length + record.payload_length) {
		return false;
	}
	const char *payload = topic + record.topic_length;
	if (record.check != check_of(&record, topic, payload)) {
		return false;
	}

	char name[MOST_TOPIC + 1];
	memcpy(name, topic, record.topic_length);
	name[record.topic_length] = '\0';
	if (mosquitto_broker_publish_copy(NULL, name, (int)record.payload_length, payload, record.qos, record.retain, NULL) != MOSQ_ERR_SUCCESS) {
		return false;
	}
	*at = payload + record.payload_length;
	return true;
}

/* The number of messages published, or -1. */
static int publish_all(struct custody *custody, const char *bytes, off_t length)
{
	struct before before, now = before_of(&custody->saved);
	int count = 0;
	if (length >= (off_t)sizeof before) {
		memcpy(&before, bytes, sizeof before);
		const char *at = bytes + sizeof before;
		if (memcmp(&before, &now, sizeof before) == 0) {
			while (publish_one(&at, bytes + length)) {
				count++;
			}
			/* The record that was being written when the broker died was not confirmed: its sender sends it again. */
			custody->length = at - bytes;
		}
	}
	return custody->length == length || ftruncate(custody->unsaved, custody->length) == 0 ? count : -1;
}

static int publish_unsaved(struct custody *custody)
{
	struct stat state;
	if (fstat(custody->unsaved, &state) != 0) {
		return -1;
	}
	char *bytes = malloc((size_t)state.st_size + 1);
	int count = bytes == NULL || pread(custody->unsaved, bytes, (size_t)state.st_size, 0) != state.st_size
		? -1 : publish_all(custody, bytes, state.st_size);
	free(bytes);
	return count;
}

static void end(struct custody *custody)
{
	if (custody != NULL) {
		if (custody->unsaved >= 0) {
			close(custody->unsaved);
		}
		free(custody->store);
		free(custody);
	}
}

static struct custody *begin(const char *store)
{
	struct custody *custody = calloc(1, sizeof *custody);
	if (custody == NULL) {
		return NULL;
	}
	char path[4096];
	custody->unsaved = -1;
	custody->store = strdup(store);
	if (custody->store == NULL || snprintf(path, sizeof path, "%s.unsaved", store) >= (int)sizeof path) {
		end(custody);
		errno = ENAMETOOLONG;
		return NULL;
	}
	custody->saved = state_of(store);
	custody->unsaved = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (custody->unsaved < 0) {
		int why = errno;
		end(custody);
		errno = why;
		return NULL;
	}
	return custody;
}

int mosquitto_plugin_version(int count, const int *versions)
{
	for (int i = 0; i < count; i++) {
		if (versions[i] == 5) {
			return 5;
		}
	}
	return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **user, struct mosquitto_opt *options, int count)
{
	const char *store = NULL;
	for (int i = 0; i < count; i++) {
		if (strcmp(options[i].key, "store") == 0) {
			store = options[i].value;
		}
	}
	if (store == NULL) {
		mosquitto_log_printf(MOSQ_LOG_ERR, "custody: plugin_opt_store is missing: the path of the broker's store, mosquitto.db");
		return MOSQ_ERR_INVAL;
	}

	struct custody *custody = begin(store);
	int published = custody == NULL ? -1 : publish_unsaved(custody);
	if (published < 0) {
		mosquitto_log_printf(MOSQ_LOG_ERR, "custody: %s.unsaved cannot be used: %s", store, strerror(errno));
		end(custody);
		return MOSQ_ERR_ERRNO;
	}
	if (published > 0) {
		mosquitto_log_printf(MOSQ_LOG_NOTICE, "custody: %d messages were confirmed but not saved; they are published again", published);
	}

	*user = custody;
	int failed = mosquitto_callback_register(identifier, MOSQ_EVT_MESSAGE, on_message, NULL, custody);
	return failed != MOSQ_ERR_SUCCESS ? failed : mosquitto_callback_register(identifier, MOSQ_EVT_TICK, on_tick, NULL, custody);
}

int mosquitto_plugin_cleanup(void *user, struct mosquitto_opt *options, int count)
{
	(void)options;
	(void)count;
	/* A broker that stops in order has saved before it comes here. */
	if (user != NULL) {
		forget_if_saved(user);
		end(user);
	}
	return MOSQ_ERR_SUCCESS;
}

using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Duty;

/// <summary>Whether somebody is in the duty room: asked, answered by a person, or an alarm. Within the writer's transaction.</summary>
internal static class Presence
{
    /// <summary>GB/T 26875.3 (type 91) asks whether the centre is staffed; it must answer within ten minutes.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(10);

    /// <summary>What the alarm stands under: it belongs to no courtyard.</summary>
    public const string Room = "duty-room";

    /// <summary>The quantity that such an alarm gives as its cause.</summary>
    public const string Cause = "presence";

    private const string EveryKey = "presence.every-minutes";
    private const string NextKey = "presence.next";

    public static PresenceRow? Open(DutyRoomDb db) => db.Presence.Where(p => p.AnsweredAt == null && p.Alarm == null).OrderBy(p => p.AskedAt).FirstOrDefault();

    public static PresenceView Ask(Writing writing, string? by, double random)
    {
        var now = writing.Now;
        var row = new PresenceRow { Id = Guid.CreateVersion7(now).ToString(), AskedAt = now, AskedBy = by, AnswerBy = now + AnswerWithin };
        writing.Db.Presence.Add(row);
        SetNext(writing, random);
        writing.Audit(by ?? "schedule", "presence-asked", row.Id);
        return Told(writing, row);
    }

    /// <summary>A late answer still ends the alarm's cause; people close it.</summary>
    public static Answer Answer(Writing writing, string id, string by, bool isProgram)
    {
        var row = writing.Db.Presence.Find(id);
        if (row is null || row.AnsweredAt is not null || isProgram || row.AskedBy == by)
        {
            return Refused(row is null ? Problem.Missing($"presence check {id}")
                : row.AnsweredAt is not null ? new(409, "Answered already", $"{row.AnsweredBy} has answered it.")
                : isProgram ? new(403, "Not allowed", "This asks whether a person is there: a person who is signed in answers it.")
                : new(403, "Not allowed", "Who asks does not answer: another person in the duty room does."));
        }

        (row.AnsweredAt, row.AnsweredBy) = (writing.Now, by);
        if (row.Alarm is { } raised && writing.Alarms.Find(raised) is { Condition: AlarmCondition.Active } alarm)
        {
            (alarm.Condition, alarm.ClearedAt) = (AlarmCondition.Cleared, writing.Now);
            writing.Alarms.AddEntry(alarm, writing.Now, "cleared", by);
            writing.Publish(alarm, sound: false);
        }

        writing.Audit(by, "presence-answered", row.Id);
        return new(200, JsonSerializer.Serialize(Told(writing, row), StorageJson.Wire.PresenceView));
    }

    /// <summary>Nobody answered: one alarm says so, and it sounds wherever somebody is.</summary>
    public static void Escalate(Writing writing, string id)
    {
        if (writing.Db.Presence.Find(id) is not { AnsweredAt: null, Alarm: null } row)
        {
            return;
        }

        var now = writing.Now;
        var alarm = new AlarmRow
        {
            Id = Guid.CreateVersion7(now).ToString(), Courtyard = Room, Kind = AlarmKind.Supervision, Severity = Severity.Property,
            State = AlarmState.Raised, Condition = AlarmCondition.Active, Clock = ClockState.Synchronised, RaisedAt = now, ReceivedAt = now,
            CauseQuantity = Cause, CauseValue = "false", Occurrences = 1, Tier = Tier.Street, Deadline = now + AlarmRow.TimeToAcknowledge(Severity.Property),
        };
        writing.Alarms.AddEntry(alarm, now, "raised");
        writing.Publish(alarm, sound: true);
        row.Alarm = alarm.Id;
        writing.Audit(Room, "presence-unanswered", row.Id);
        Told(writing, row);
    }

    public static int EveryMinutes(DutyRoomDb db) => (int)(Number(db, EveryKey) ?? 0);

    public static DateTimeOffset? Next(DutyRoomDb db)
        => EveryMinutes(db) > 0 && Number(db, NextKey) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    public static void Schedule(Writing writing, int everyMinutes, string by, double random)
    {
        Set(writing, EveryKey, everyMinutes);
        SetNext(writing, random);
        writing.Audit(by, $"presence-every {everyMinutes} min");
    }

    /// <summary>Nobody shall know the minute beforehand: a quarter of the span earlier or later.</summary>
    private static void SetNext(Writing writing, double random)
    {
        if (EveryMinutes(writing.Db) is var every and > 0)
        {
            Set(writing, NextKey, (writing.Now + TimeSpan.FromMinutes(every * (0.75 + (random / 2)))).ToUnixTimeMilliseconds());
        }
    }

    private static PresenceView Told(Writing writing, PresenceRow row)
    {
        writing.Db.SaveChanges();
        var view = PresenceView.Of(row);
        writing.Tell("presence", view, StorageJson.Wire.PresenceView);
        return view;
    }

    private static Answer Refused(Problem problem) => new(problem.Status, JsonSerializer.Serialize(problem, ProblemJson.Wire.Problem));

    private static long? Number(DutyRoomDb db, string name)
        => db.Settings.AsNoTracking().FirstOrDefault(s => s.Name == name) is { } row ? long.Parse(row.Value, CultureInfo.InvariantCulture) : null;

    private static void Set(Writing writing, string name, long value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        if (writing.Db.Settings.Find(name) is { } row)
        {
            row.Value = text;
        }
        else
        {
            writing.Db.Settings.Add(new SettingRow { Name = name, Value = text });
        }

        writing.Db.SaveChanges();
    }
}

using System.Globalization;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Reports;

/// <summary>Alarms as lines for a spreadsheet: one for each, with all its times.</summary>
internal static class AlarmsCsv
{
    /// <summary>
    /// With these a spreadsheet takes a text for a formula, which may fetch and send what it likes; the wide ones too where Chinese is written.
    /// </summary>
    private const string FormulaBegins = "=+-@\t\r\n＝＋－＠";

    private static readonly Field[] Fields =
    [
        new("id", "编号", l => Text(l.Alarm.Id)),
        new("sort", "类别", l => Sort.Of(l.Alarm)),
        new("courtyard", "院坝编号", l => Text(l.Alarm.Courtyard)),
        new("courtyard name", "院坝", l => Text(l.CourtyardName)),
        new("building", "楼栋编号", l => Text(l.Alarm.Building)),
        new("building name", "楼栋", l => Text(l.BuildingName)),
        new("unit", "单元", l => Number(l.Alarm.Unit)),
        new("floor", "楼层", l => Number(l.Alarm.Floor)),
        new("flat", "户号", l => Text(l.Alarm.Flat)),
        new("place", "位置", l => Text(l.Alarm.Place)),
        new("device", "设备编号", l => Text(l.Alarm.Device)),
        new("device name", "设备", l => Text(l.DeviceName)),
        new("kind", "报警类型", l => Names<Alarms.AlarmKind>.Of(l.Alarm.Kind)),
        new("severity", "级别", l => Names<Alarms.Severity>.Of(l.Alarm.Severity)),
        new("state", "状态", l => Names<AlarmState>.Of(l.Alarm.State)),
        new("resolution", "结论", l => l.Alarm.Resolution is { } r ? Names<Resolution>.Of(r) : ""),
        new("occurrences", "次数", l => Number(l.Alarm.Occurrences)),
        new("clock", "网关时钟", l => Names<Custody.ClockState>.Of(l.Alarm.Clock)),
        new("late", "迟到", l => l.Alarm.Late ? "1" : "0"),
        new("raised", "报警时间", l => l.Time(l.Alarm.RaisedAt)),
        new("received", "接收时间", l => l.Time(l.Alarm.ReceivedAt)),
        new("shown", "显示时间", l => l.Time(l.Deeds.ShownAt)),
        new("answered", "应答时间", l => l.Time(l.Deeds.AnsweredAt)),
        new("on site", "到场时间", l => l.Time(l.Deeds.ArrivedAt)),
        new("resolved", "处置时间", l => l.Time(l.Deeds.ResolvedAt)),
        new("closed", "销号时间", l => l.Time(l.Alarm.State == AlarmState.Closed ? l.Deeds.ClosedAt : null)),
        new("cleared", "恢复时间", l => l.Time(l.Alarm.ClearedAt)),
        new("seconds to receive", "接收用时(秒)", l => l.Seconds(Step.Received)),
        new("seconds to show", "显示用时(秒)", l => l.Seconds(Step.Shown)),
        new("seconds to answer", "应答用时(秒)", l => l.Seconds(Step.Answered)),
        new("seconds to site", "到场用时(秒)", l => l.Seconds(Step.OnSite)),
        new("seconds to close", "销号用时(秒)", l => l.Seconds(Step.Closed)),
    ];

    /// <summary>The line above the others.</summary>
    public static string Heading(bool chinese) => string.Join(',', Fields.Select(f => chinese ? f.Chinese : f.English)) + "\r\n";

    public static async Task WriteAsync(
        TextWriter writer, Database database, IReadOnlyList<(AlarmRow Alarm, Deeds Deeds)> page, TimeZoneInfo zone, DateTimeOffset now, CancellationToken cancel)
    {
        await using var db = database.Read();
        var site = await SiteIndex.ReadAsync(db, cancel);
        var ids = page.Where(p => p.Alarm.Device is not null).Select(p => p.Alarm.Device!).Distinct().ToList();
        var devices = await db.Devices.Where(d => ids.Contains(d.Id)).ToDictionaryAsync(d => (d.Gateway, d.Id), d => d.Name, cancel);
        foreach (var (alarm, deeds) in page)
        {
            var line = new Line(
                alarm, deeds, Steps.Of(alarm, deeds, now), zone, site.Courtyard(alarm.Courtyard), site.Building(alarm.Courtyard, alarm.Building),
                devices.GetValueOrDefault((alarm.Courtyard, alarm.Device ?? "")));
            await writer.WriteAsync(string.Join(',', Fields.Select(f => f.Get(line))) + "\r\n");
        }
    }

    /// <summary>What somebody else wrote, as a text and nothing else.</summary>
    public static string Text(string? value)
    {
        var safe = value is { Length: > 0 } && FormulaBegins.Contains(value[0], StringComparison.Ordinal) ? "'" + value : value ?? "";
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Number(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private sealed record Field(string English, string Chinese, Func<Line, string> Get);

    private sealed record Line(
        AlarmRow Alarm, Deeds Deeds, Course Course, TimeZoneInfo Zone, string? CourtyardName, string? BuildingName, string? DeviceName)
    {
        public string Time(DateTimeOffset? at)
            => at is { } time ? TimeZoneInfo.ConvertTime(time, Zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "";

        /// <summary>Nothing where it is not known: a 0 would be taken for fast.</summary>
        public string Seconds(Step step)
            => Course.Spans[(int)step] is >= 0 and var span ? (span / 1000m).ToString("0.000", CultureInfo.InvariantCulture) : "";
    }
}

using System.Globalization;
using System.Resources;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Webhooks;

/// <summary>What readers in a group are told, in their language and in as many bytes as fit.</summary>
internal static class WebhookText
{
    private static readonly ResourceManager Texts = new("SmartCourtyard.Gateway.Webhooks.Texts", typeof(WebhookText).Assembly);

    public static string Word(string key, CultureInfo language)
        => Texts.GetString(key, language) ?? throw new MissingManifestResourceException($"There is no text {key}.");

    public static string Kind(AlarmKind kind, CultureInfo language) => Word("Kind." + JsonSerializer.Serialize(kind, CustodyJson.Default.AlarmKind).Trim('"'), language);

    /// <summary>As many alarms as fit, a line each, and how many these are; at least one. The last line says how many follow.</summary>
    public static (string Text, int Alarms) Of(Notice notice, CultureInfo language, int bytesAtMost)
    {
        var text = new StringBuilder(string.Format(language, Word("Head", language), notice.Name));
        var written = 0;
        foreach (var alarm in notice.Alarms)
        {
            var line = "\n" + Line(notice, alarm, language);
            // The longest last line is kept free for.
            if (written > 0 && Bytes(text) + Encoding.UTF8.GetByteCount(line) > bytesAtMost - 100)
            {
                break;
            }

            text.Append(line);
            written++;
        }

        if (written < notice.Alarms.Count)
        {
            text.Append('\n').Append(string.Format(language, Word("More", language), notice.Alarms.Count - written));
        }

        return (text.ToString(), written);
    }

    private static string Line(Notice notice, AlarmNotice alarm, CultureInfo language)
    {
        var data = alarm.Data;
        var time = TimeZoneInfo.ConvertTime(data.RaisedAt, notice.Zone).ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var mark = data.Drill == true ? Word("Drill", language) : data.Test ? Word("Test", language) : "";
        return $"{mark}{Kind(data.Kind, language)} · {alarm.Where} · {time}";
    }

    private static int Bytes(StringBuilder text) => Encoding.UTF8.GetByteCount(text.ToString());
}

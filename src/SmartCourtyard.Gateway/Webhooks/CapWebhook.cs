using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using SmartCourtyard.Alarms;

namespace SmartCourtyard.Gateway.Webhooks;

/// <summary>One alert of the Common Alerting Protocol 1.2 (OASIS, 2010) for each alarm: what warning centres speak.</summary>
internal sealed class CapWebhook : IWebhook
{
    private static readonly XNamespace Cap = "urn:oasis:names:tc:emergency:cap:1.2";

    public int AlarmsAtMost => 1;

    public (int Messages, TimeSpan Within) Rate => (60, TimeSpan.FromMinutes(1));

    public (HttpRequestMessage Request, int Alarms) Compose(WebhookTarget target, Notice notice)
    {
        var document = new XDocument(new XDeclaration("1.0", "UTF-8", null), Alert(target, notice, notice.Alarms[0]));
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(document.Declaration + "\n" + document.Root))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/cap+xml", "utf-8") },
            },
        };
        if (target.Secret is { } secret)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        }

        return (request, 1);
    }

    public WebhookAnswer Read(HttpStatusCode status, string body) => WebhookAnswer.Of(status);

    private static XElement Alert(WebhookTarget target, Notice notice, AlarmNotice alarm)
    {
        var data = alarm.Data;
        return new XElement(
            Cap + "alert",
            Element("identifier", alarm.Event.Id), Element("sender", "smartcourtyard/" + notice.Courtyard), Element("sent", Time(notice.Now, notice.Zone)),
            Element("status", data.Drill == true ? "Exercise" : data.Test ? "Test" : "Actual"), Element("msgType", "Alert"), Element("scope", "Restricted"),
            Element("restriction", WebhookText.Word("Restriction", target.Language)), Info(target, notice, alarm));
    }

    private static XElement Info(WebhookTarget target, Notice notice, AlarmNotice alarm)
    {
        var data = alarm.Data;
        var kind = WebhookText.Kind(data.Kind, target.Language);
        return new XElement(
            Cap + "info", Element("language", target.Language.Name), Element("category", Category(data.Kind)), Element("event", kind),
            Element("urgency", data.Severity is Severity.Life or Severity.Property ? "Immediate" : "Expected"),
            Element("severity", data.Severity switch { Severity.Life => "Severe", Severity.Property => "Moderate", _ => "Minor" }),
            Element("certainty", "Observed"), Element("onset", Time(data.RaisedAt, notice.Zone)), Element("senderName", notice.Name),
            Element("headline", Shortened($"{kind} {alarm.Where}", 160)),
            Element("description", WebhookText.Of(notice with { Alarms = [alarm] }, target.Language, 4_000).Text),
            new XElement(Cap + "parameter", Element("valueName", "device"), Element("value", data.Device)),
            new XElement(Cap + "area", Element("areaDesc", $"{notice.Name} {alarm.Where}")));
    }

    private static string Category(AlarmKind kind) => kind switch
    {
        AlarmKind.Smoke or AlarmKind.Heat => "Fire",
        AlarmKind.Gas => "Safety",
        AlarmKind.CarbonMonoxide or AlarmKind.EmergencyCall or AlarmKind.Fall => "Health",
        AlarmKind.AirQuality or AlarmKind.Noise => "Env",
        AlarmKind.Intrusion or AlarmKind.Tamper => "Security",
        AlarmKind.WaterLeak or AlarmKind.WaterLevel or AlarmKind.Electrical or AlarmKind.Equipment => "Infra",
        _ => "Other",
    };

    // 3.3.2: no letters for the zone, and UTC is written -00:00.
    private static string Time(DateTimeOffset at, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var text = local.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        return local.Offset == TimeSpan.Zero ? text[..^6] + "-00:00" : text;
    }

    private static string Shortened(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    private static XElement Element(string name, string value) => new(Cap + name, new string([.. value.Where(System.Xml.XmlConvert.IsXmlChar)]));
}

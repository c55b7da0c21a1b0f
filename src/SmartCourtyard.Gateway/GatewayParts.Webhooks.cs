using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.LocalPage;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Gateway.Webhooks;

namespace SmartCourtyard.Gateway;

/// <content>Who is told where the duty room does not store in time.</content>
internal sealed partial class GatewayParts
{
    private static List<WebhookLoop> Webhooks(GatewayOptions options, Outbox outbox, Func<Courtyard> courtyard, ILoggerFactory loggers, TimeProvider time)
    {
        if (options.Webhooks.Count == 0)
        {
            return [];
        }

        var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(15), AllowAutoRedirect = false,
        });
        return
        [
            .. options.Webhooks.Select((w, i) => new WebhookLoop(
                Target(w), Format(w.Kind), outbox.Overdue, () => outbox.Waiting, courtyard,
                Path.Combine(options.DataDirectory, string.Create(CultureInfo.InvariantCulture, $"webhook-{i}.json")), http, time, loggers.CreateLogger<WebhookLoop>())),
        ];
    }

    private static WebhookTarget Target(WebhookAccess access) => new(
        access.Name, access.Url, access.Secret, access.After,
        access.Least switch { "all" => EventRank.Alarm, "property" => EventRank.Property, _ => EventRank.Life }, CultureInfo.GetCultureInfo(access.Language));

    private static IWebhook Format(string kind) => kind switch
    {
        "wecom" => new WeComWebhook(),
        "dingtalk" => new DingTalkWebhook(),
        "feishu" => new FeishuWebhook(),
        "cap" => new CapWebhook(),
        _ => new SignedJsonWebhook(),
    };

    private static PathView View(WebhookLoop webhook)
    {
        var now = webhook.Status;
        return new PathView("webhook " + webhook.Name, now.IsUp, now.Due, null, now.LastTaken, null, 0, now.Detail);
    }
}

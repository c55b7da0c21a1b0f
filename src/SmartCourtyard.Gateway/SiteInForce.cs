using System.Text;
using SmartCourtyard.Gateway.Broker;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway;

/// <summary>
/// Puts down the site file that was read again and serves now, for those who write the broker's rights by it: the file itself may have
/// been changed since.
/// </summary>
internal static partial class SiteInForce
{
    private const string FileName = "site.yaml";

    public static void Keep(string folder, SiteResult site, ILogger logger)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            BrokerFiles.Replace(path, Encoding.UTF8.GetString(site.Bytes.Span));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The estate is guarded all the same; a new device may lack its rights at the broker.
            LogNotKept(logger, path, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "the site file in force cannot be put down as {Path}: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string path, string reason);
}

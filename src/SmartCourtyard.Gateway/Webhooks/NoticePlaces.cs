using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Webhooks;

/// <summary>Places in the words of those who must go there.</summary>
internal static class NoticePlaces
{
    public static string Words(Courtyard courtyard, AlarmData alarm, CultureInfo language)
    {
        var at = alarm.At;
        string?[] parts =
        [
            at.Building is { } id ? courtyard.Buildings.FirstOrDefault(b => b.Id == id)?.Name ?? id : null,
            at.Unit is { } unit ? string.Format(language, WebhookText.Word("Unit", language), unit) : null,
            // A flat's number says the floor.
            at.Flat is null && at.Floor is { } floor ? string.Format(language, WebhookText.Word("Floor", language), floor) : null,
            at.Flat, at.Place, courtyard.Devices.FirstOrDefault(d => d.Id == alarm.Device)?.Name ?? (at == new At() ? alarm.Device : null),
        ];
        return string.Join(' ', parts.Where(p => !string.IsNullOrEmpty(p)));
    }
}

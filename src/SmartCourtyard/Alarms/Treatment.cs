namespace SmartCourtyard.Alarms;

/// <summary>How an alarm of a device is taken while people work on it.</summary>
/// <param name="IsHidden">It is not raised as long as they last.</param>
/// <param name="IsTest">It is marked as a test.</param>
/// <param name="IsDrill">It is marked as a drill.</param>
public readonly record struct Treatment(bool IsHidden, bool IsTest, bool IsDrill);

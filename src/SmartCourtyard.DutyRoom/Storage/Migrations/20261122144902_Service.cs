using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SmartCourtyard.DutyRoom.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Service : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "building",
                table: "troubles",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "by",
                table: "troubles",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "shelves",
                table: "troubles",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "unit",
                table: "troubles",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "until",
                table: "troubles",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "why",
                table: "troubles",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "confirmed",
                table: "alarms",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "drill",
                table: "alarms",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "spread",
                table: "alarms",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "building",
                table: "troubles");

            migrationBuilder.DropColumn(
                name: "by",
                table: "troubles");

            migrationBuilder.DropColumn(
                name: "shelves",
                table: "troubles");

            migrationBuilder.DropColumn(
                name: "unit",
                table: "troubles");

            migrationBuilder.DropColumn(
                name: "until",
                table: "troubles");

            migrationBuilder.DropColumn(
                name: "why",
                table: "troubles");

            migrationBuilder.DropColumn(
                name: "confirmed",
                table: "alarms");

            migrationBuilder.DropColumn(
                name: "drill",
                table: "alarms");

            migrationBuilder.DropColumn(
                name: "spread",
                table: "alarms");
        }
    }
}

"""The working calendar of a company: what its deadlines go by. A change of it moves the deadlines of open tickets."""

from datetime import timedelta
from functools import cache

import pytz
from odoo import api, models

from ..engine import Interval


class ResCompany(models.Model):
    _inherit = "res.company"

    def _connect_calendar(self):
        """Working intervals of the company, holidays left out, as the engine's clock asks for them; all in naive UTC.
        A company without a calendar works round the clock."""
        self.ensure_one()
        calendar = self.sudo().resource_calendar_id  # sudo: working hours of a vendor
        # a holiday without a calendar is one of every calendar of its company; Odoo takes it for everybody's
        holidays = [("time_type", "=", "leave"), ("company_id", "in", [self.id, False])]

        @cache  # warning and deadline of one ticket ask for the same hours
        def intervals(start, end):
            if not calendar:
                return [Interval(start, end)]
            found = calendar._work_intervals_batch(pytz.utc.localize(start), pytz.utc.localize(end), domain=holidays)[
                False
            ]
            return [Interval(naive(begin), naive(stop)) for begin, stop, _attendance in found]

        def naive(moment):
            moment = moment.astimezone(pytz.utc).replace(tzinfo=None)
            # midnight as the end of a day is 23:59:59.999999
            return moment + timedelta(microseconds=1) if moment.microsecond == 999999 else moment

        return intervals

    def _prepare_resource_calendar_values(self):
        values = super()._prepare_resource_calendar_values()
        zone = self.partner_id.tz
        return {**values, "tz": zone} if zone else values

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self.env["connect.ticket"]._clock_changed(self)
        return result


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _connect_clock_changed(self):
        # sudo: the companies that work by these hours
        companies = self.env["res.company"].sudo().search([("resource_calendar_id", "in", self.ids)])
        self.env["connect.ticket"]._clock_changed(companies)

    def write(self, vals):
        result = super().write(vals)
        if {"tz", "attendance_ids", "leave_ids", "global_leave_ids", "two_weeks_calendar"} & vals.keys():
            self._connect_clock_changed()
        return result


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._connect_clock_changed()
        return attendances

    def write(self, vals):
        result = super().write(vals)
        self.calendar_id._connect_clock_changed()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars._connect_clock_changed()
        return result


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._connect_clock_changed()
        return leaves

    def write(self, vals):
        self._connect_clock_changed()
        result = super().write(vals)
        self._connect_clock_changed()
        return result

    def unlink(self):
        self._connect_clock_changed()
        return super().unlink()

    def _connect_clock_changed(self):
        """Holidays of a whole company; a holiday without a calendar is one of every calendar of its company."""
        holidays = self.filtered(lambda leave: not leave.resource_id)
        holidays.calendar_id._connect_clock_changed()
        self.env["connect.ticket"]._clock_changed(holidays.filtered(lambda leave: not leave.calendar_id).company_id)

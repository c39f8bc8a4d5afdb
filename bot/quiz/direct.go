package quiz

import "greenroom/bot/chat"

// Actions:
//
//	workspace/late/MEMBER/ID   the reply to a submission that could no longer be shown

func directFeature() feature {
	return feature{failed: map[string]func(*step, []string) error{
		"late": func(s *step, ids []string) error { return s.unreachable(chat.Member(ids[0])) },
	}}
}

// direct sees to replies that cannot be shown where the member acted: the reply to a submission that is too late for
// that becomes a direct message. Where an earlier direct message was refused, the reply says so, once.
func (s *step) direct(r chat.Reply) (chat.Reply, error) {
	if r.Message == nil || s.ev.Member == "" {
		return r, nil
	}
	if s.ev.Expired && s.ev.Kind == chat.Submit {
		return chat.Reply{}, s.send(chat.Action{
			Key: chat.Key(s.ref("late", string(s.ev.Member), short(s.ev.ID.Name))), Do: chat.Direct, Member: s.ev.Member,
			Message: *r.Message, Until: s.ev.At.Add(day),
		})
	}
	m, err := s.member(s.ev.Member)
	if err != nil || !m.Closed || s.ev.Expired {
		return r, err
	}
	m.Closed = false
	save(s.d, s.memberRef(s.ev.Member), m)
	told := *r.Message
	told.After = append(told.After[:len(told.After):len(told.After)], directClosed())
	r.Message = &told
	return r, nil
}

// unreachable remembers that a member takes no direct messages.
func (s *step) unreachable(id chat.Member) error {
	m, err := s.member(id)
	if err != nil || s.ev.Reason != chat.ReasonDMClosed {
		return err
	}
	m.Closed = true
	save(s.d, s.memberRef(id), m)
	return nil
}
